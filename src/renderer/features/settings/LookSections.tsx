import { Volume2 } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { ActivityLogState } from '../../../shared/status.ts'
import { useLive, usePanel, usePreferences, useTheme } from '../../panel/panel-context.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { densities, textSizes } from '../../settings/preferences.ts'
import { themeChoices } from '../../theme/theme.ts'
import { Button } from '../../ui/Button.tsx'
import { playApprovalSound } from '../../model/approvals/approval-sound.ts'
import { ForgetForm } from './ForgetForm.tsx'
import { Choice, Row, useMayChange, useShown } from './Row.tsx'
import styles from './Settings.module.css'

/** What is set for this machine. */
export function LookSection() {
  const theme = useTheme()
  const preferences = usePreferences()
  const { density, textSize } = useStore(preferences.state)
  const choice = useStore(theme.state, (state) => state.choice)
  return (
    <>
      <Row id="theme">
        <Choice
          label="Theme of the panel"
          options={themeChoices.map((value) => ({ value, text: value }))}
          chosen={choice}
          choose={theme.choose}
        />
      </Row>
      <Row id="density">
        <Choice
          label="Height of rows"
          options={densities.map((value) => ({ value, text: value }))}
          chosen={density}
          choose={(value) => preferences.set({ density: value })}
        />
      </Row>
      <Row id="text-size">
        <Choice
          label="Size of the text"
          options={textSizes.map((value) => ({ value, text: `${value} %` }))}
          chosen={textSize}
          choose={(value) => preferences.set({ textSize: value })}
        />
      </Row>
    </>
  )
}

export function NotificationsSection() {
  const preferences = usePreferences()
  const sound = useStore(preferences.state, (state) => state.approvalSound)
  return (
    <Row id="sound">
      <Choice
        label="Sound when work waits"
        options={[
          { value: true, text: 'on' },
          { value: false, text: 'off' },
        ]}
        chosen={sound}
        choose={(value) => preferences.set({ approvalSound: value })}
      />
      <Button onClick={playApprovalSound}>
        <Volume2 size={14} aria-hidden />
        Play it
      </Button>
    </Row>
  )
}

function activityLogText({ state, reason }: ActivityLogState): string {
  switch (state) {
    case 'on':
      return 'What happens is being kept in history.db in the data directory. How long, how much and with which contents is set under Server.'
    case 'off':
      return `What happens is not being kept. ${reason}`
    case 'taking_over':
      return 'The history of an earlier version is being taken over. What happens meanwhile is kept when that is done.'
  }
}

export function ActivityLogSection() {
  const history = useStore(usePanel().status, (state) => state.status?.history ?? null)
  const shown = useShown()
  const mayChange = useMayChange()
  const usable = useLive() && mayChange
  const [forgetting, setForgetting] = useState(false)
  useIntent(
    'forget a client',
    () => setForgetting(true),
    ({ key }) => key === null,
  )
  return (
    <>
      {shown('history') && (
        <p className={history?.state === 'off' ? styles['warn'] : styles['note']}>
          {history === null ? 'Not known yet.' : activityLogText(history)}
        </p>
      )}
      <Row id="forget">
        <Button kind="danger" disabled={!usable || forgetting} onClick={() => setForgetting(true)}>
          Forget a client…
        </Button>
      </Row>
      {forgetting && <ForgetForm onDone={() => setForgetting(false)} />}
    </>
  )
}
