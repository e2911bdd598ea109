import { useStore } from 'zustand'
import { settingGroups, settingOf, type SettingGroup } from '../../../shared/settings.ts'
import { usePanel } from '../../panel/panel-context.ts'
import { OperatorOnlyNote, useShown } from './Row.tsx'
import { SettingRow } from './SettingRow.tsx'
import styles from './Settings.module.css'

const groupTitles: Record<SettingGroup, string> = {
  times: 'Times',
  limits: 'Limits of the server',
  history: 'History of the server',
}

/** Times and limits: what is in force, where it comes from, and what the next start takes. */
export function ServerSection() {
  const { settings, problem } = useStore(usePanel().serverSettings.state)
  const shown = useShown()
  if (settings === null) return <p className={styles['note']}>{problem ?? 'Not known yet.'}</p>
  return (
    <>
      <OperatorOnlyNote what="these settings" />
      <p className={styles['note']}>
        What you set here is kept in settings.json and holds from the next start of the server on. An option
        of the command line or a variable of the environment goes before it.
      </p>
      {settingGroups.map((group) => {
        const rows = settings.settings.filter(
          ({ key }) => settingOf(key).group === group && shown(`setting ${key}`),
        )
        if (rows.length === 0) return null
        return (
          <div key={group}>
            <h3 className={styles['group']}>{groupTitles[group]}</h3>
            {rows.map((setting) => (
              // What is kept now is where editing begins.
              <SettingRow key={`${setting.key} ${String(setting.kept)}`} setting={setting} />
            ))}
          </div>
        )
      })}
    </>
  )
}
