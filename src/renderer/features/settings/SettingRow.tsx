import { useId, useRef, useState } from 'react'
import {
  readSetting,
  settingKind,
  settingOf,
  settingOption,
  settingVariable,
  type SettingState,
} from '../../../shared/settings.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import { useMayChange } from './Row.tsx'
import { settingText } from '../../model/settings/setting-entries.ts'
import styles from './Settings.module.css'

/** One setting of the server. The field holds what is kept for the next start; empty is the default. */
export function SettingRow({ setting }: { setting: SettingState }) {
  const { serverSettings } = usePanel()
  const mayChange = useMayChange()
  const usable = useLive() && mayChange
  const { key, kept, byDefault } = setting
  const { title, help, unit } = settingOf(key)
  const before = kept === null ? '' : String(kept)
  const [text, setText] = useState(before)
  const [problem, setProblem] = useState<string | null>(null)
  const input = useRef<HTMLInputElement & HTMLSelectElement>(null)
  useIntent(
    'change a setting',
    () => input.current?.focus(),
    (intent) => intent.key === key,
  )
  const ids = { name: useId(), help: useId(), problem: useId() }

  const save = async (next: string) => {
    const value = next.trim() === '' ? null : readSetting(key, next)
    if (value === null && next.trim() !== '') {
      setProblem(`It takes ${settingKind(key)}.`)
      return
    }
    setProblem(await serverSettings.keep({ key, value }))
  }
  const field = {
    ref: input,
    id: ids.name,
    'aria-describedby': `${ids.help} ${ids.problem}`,
    'aria-invalid': problem !== null,
    disabled: !usable,
    value: text,
  }
  return (
    <form
      className={styles['row']}
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault()
        void save(text)
      }}
    >
      <div className={styles['what']} id={ids.help}>
        <label htmlFor={ids.name}>{title}</label>
        <p>{help}</p>
        <p className={styles['force']}>
          In force:{' '}
          <b className="num" translate="no">
            {settingText(key, setting.value)}
          </b>
          , {sourceText(setting)}.{nextText(setting)}
        </p>
      </div>
      <div className={styles['control']}>
        {unit === 'flag' ? (
          <select {...field} onChange={({ target }) => setText(target.value)}>
            <option value="">default ({settingText(key, byDefault)})</option>
            <option value="true">on</option>
            <option value="false">off</option>
          </select>
        ) : (
          <>
            <input
              {...field}
              type="text"
              inputMode="decimal"
              autoComplete="off"
              placeholder={String(byDefault)}
              onChange={({ target }) => setText(target.value)}
            />
            <span className={styles['unit']}>
              {unit === 'count' ? '' : unit === 'mebibytes' ? 'MiB' : unit}
            </span>
          </>
        )}
        <Button type="submit" disabled={!usable || text.trim() === before} aria-label={`Save: ${title}`}>
          Save
        </Button>
        <Button
          disabled={!usable || kept === null}
          aria-label={`Back to the default: ${title}`}
          onClick={() => void save('')}
        >
          Default
        </Button>
        <span id={ids.problem} role="alert" className={styles['problem']}>
          {problem}
        </span>
      </div>
    </form>
  )
}

function sourceText({ key, source }: SettingState): string {
  switch (source) {
    case 'default':
      return 'the default'
    case 'file':
      return 'set here'
    case 'environment':
      return `from the variable ${settingVariable(key)}`
    case 'option':
      return `from the option ${settingOption(key)}`
  }
}

/** What the next start will take, where that is not what is in force. */
function nextText({ key, value, source, byDefault, kept }: SettingState): string {
  if (source === 'option' || source === 'environment') {
    return kept === null ? '' : ` Kept: ${settingText(key, kept)}, once a start comes without that.`
  }
  const next = kept ?? byDefault
  return next === value ? '' : ` From the next start on: ${settingText(key, next)}.`
}
