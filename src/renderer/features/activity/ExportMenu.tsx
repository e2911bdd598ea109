import { Download } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { useIntent } from '../../panel/use-intent.ts'
import { Button } from '../../ui/Button.tsx'
import { saveFile } from '../../lib/save-file.ts'
import { countOf } from '../../lib/count-text.ts'
import {
  collectLog,
  csvTable,
  exportFormats,
  exportMax,
  exportName,
  exportNames,
  jsonLines,
  type ExportFormat,
} from '../../model/activity/log-export.ts'
import styles from './Menus.module.css'
import type { Log } from '../../model/activity/log-store.ts'

const mediaTypes: Record<ExportFormat, string> = {
  jsonl: 'application/jsonl',
  csv: 'text/csv;charset=utf-8',
}

/** Saves what the filter finds, kept entries only, and says how many there were and what was left out. */
export function ExportMenu({ log }: { log: Log }) {
  const { connection } = usePanel()
  const live = useLive()
  const menu = useId()
  const running = useRef<AbortController | null>(null)
  const [count, setCount] = useState<number | null>(null)
  const [outcome, setOutcome] = useState<{ text: string; isProblem: boolean } | null>(null)

  const run = async (format: ExportFormat) => {
    const api = connection.api()
    if (api === null) return
    const abort = new AbortController()
    running.current = abort
    setOutcome(null)
    setCount(0)
    try {
      const { filter, names } = log.state.getState()
      const found = await collectLog(api, filter, abort.signal, setCount)
      const exported = { ...found, names: new Map([...found.names, ...names]) }
      const name = exportName(format, exported, new Date())
      const text = format === 'csv' ? csvTable(exported) : jsonLines(exported)
      saveFile(name, new Blob([text], { type: mediaTypes[format] }))
      const entries = countOf(exported.entries.length, 'entry', 'entries')
      setOutcome(
        found.cut
          ? {
              text: `Only the newest ${entries} are in ${name}: older ones were left out. Narrow the time to get them.`,
              isProblem: true,
            }
          : { text: `${entries} in ${name}.`, isProblem: false },
      )
    } catch {
      setOutcome({
        text: abort.signal.aborted
          ? 'Stopped. Nothing was saved.'
          : 'Nothing was saved: the log could not be read to its end.',
        isProblem: true,
      })
    } finally {
      setCount(null)
    }
  }
  useIntent('export', ({ format }) => {
    document.getElementById(menu)?.showPopover()
    if (live && count === null) void run(format)
  })

  return (
    <>
      <Button className={styles['exportOpener']} popoverTarget={menu} aria-haspopup="dialog">
        <Download size={14} aria-hidden />
        Export
      </Button>
      <div
        id={menu}
        popover="auto"
        role="dialog"
        aria-label="Export"
        className={`${styles['menu']} ${styles['export']}`}
      >
        <h2>Export what the filter finds</h2>
        <p>
          Oldest first, without payloads, at most the newest {exportMax.toLocaleString('en')} entries. What
          the history does not keep is not in it.
        </p>
        <div className={styles['line']}>
          {exportFormats.map((format) => (
            <Button key={format} disabled={!live || count !== null} onClick={() => void run(format)}>
              Export {exportNames[format]}
            </Button>
          ))}
          {count !== null && <Button onClick={() => running.current?.abort()}>Stop</Button>}
        </div>
        <p role="status" className={outcome?.isProblem === true ? styles['problem'] : undefined}>
          {count !== null ? `${countOf(count, 'entry', 'entries')} so far…` : (outcome?.text ?? '')}
        </p>
      </div>
    </>
  )
}
