import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { sizeText } from '../../lib/time-text.ts'
import { useShown } from './Row.tsx'
import { MemoryTable } from './MemoryTable.tsx'
import { limitTitle } from '../../model/settings/setting-entries.ts'
import styles from './Settings.module.css'

/** From this share of a limit on it is worth a look. */
const near = 0.8

/** Every bound of the server and how much of it is used. */
export function LimitsSection() {
  const limits = useStore(usePanel().status, (state) => state.status?.limits ?? null)
  const shown = useShown()
  if (limits === null) return <p className={styles['note']}>Not known yet.</p>
  return (
    <>
      <ul className={styles['limits']} aria-label="Limits in use">
        {limits
          .filter(({ name }) => shown(`limit ${name}`))
          .map(({ name, used, max }) => {
            const text =
              name === 'memory' || name.endsWith('_bytes')
                ? `${sizeText(used)} of ${sizeText(max)}`
                : `${used.toLocaleString('en')} of ${max.toLocaleString('en')}`
            return (
              <li key={name}>
                <span>{limitTitle(name)}</span>
                <code title="Its name in refusals">{name}</code>
                <meter
                  aria-label={limitTitle(name)}
                  className={used > max * near ? styles['near'] : undefined}
                  min={0}
                  max={max}
                  value={Math.min(used, max)}
                />
                <span className="num" translate="no">
                  {text}
                  {used > max * near && <strong className={styles['nearText']}>nearly full</strong>}
                </span>
              </li>
            )
          })}
      </ul>
      <MemoryTable />
    </>
  )
}
