import { Download, X } from 'lucide-react'
import { useStore } from 'zustand'
import { placeLink } from '../../panel/router.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { jobKey, type JobDetail, type PanelJob } from '../../../shared/jobs.ts'
import { isTerminal } from '../../../shared/protocol.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { CodeBlock } from '../../ui/CodeBlock.tsx'
import { languageOf, type Language } from '../../ui/code-language.ts'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { TextNote, TextSection, TextSections } from '../../ui/TextSection.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { Fact, Facts } from '../inspector/Facts.tsx'
import pane from '../inspector/Inspector.module.css'
import { saveFile } from '../../ui/save-file.ts'
import { exactTime } from '../status/time-text.ts'
import { JobDot } from './JobDot.tsx'
import styles from './JobPane.module.css'
import { JobDuration, JobProgress } from './JobRow.tsx'
import { codeOf, toolCallOf } from './tool-call.ts'

/** One job in full: what was asked of whom, and what came of it. */
export function JobPane() {
  const { jobs } = usePanel()
  const live = useLive()
  const job = useStore(jobs.state, (state) => state.open)
  const detail = useStore(jobs.state, (state) => state.detail)
  const known = useStore(jobs.state, ({ open, byKey }) => open !== null && byKey.has(jobKey(open)))
  if (job === null) return null
  const call = detail === null || detail === undefined ? null : toolCallOf(detail)
  return (
    <aside className={pane['inspector']} aria-label="Job">
      <div className={pane['head']}>
        <h2>
          <JobDot state={job.state} />
          <ClientText className={pane['name']} text={job.title} />
          <span className={pane['corner']}>
            <Button kind="quiet" aria-label="Close job" onClick={jobs.close}>
              <X size={15} aria-hidden />
            </Button>
          </span>
        </h2>
        <ClientText className={pane['uuid']} text={job.jobId} />
      </div>
      <div className={`${pane['body']} ${live && known ? '' : pane['past']}`}>
        {!known && <p className={pane['note']}>The bus has forgotten this job. This is its last state.</p>}
        <JobFacts job={job} />
        <Texts job={job} detail={detail} />
      </div>
      <div className={pane['actions']}>
        {call !== null && <CopyButton label="Copy as tool call" text={call} />}
        {call !== null && (
          <Button disabled={!live || !known} onClick={() => void jobs.repeat(job)}>
            Run again
          </Button>
        )}
        {!isTerminal(job.state) && (
          <Button kind="danger" disabled={!live || !known} onClick={() => void jobs.cancel(job)}>
            Cancel job
          </Button>
        )}
      </div>
    </aside>
  )
}

function JobFacts({ job }: { job: PanelJob }) {
  return (
    <Facts>
      <Fact name="State">
        <JobProgress job={job} />
      </Fact>
      {job.progressMessage !== '' && (
        <Fact name="Says" title={visibleText(job.progressMessage)}>
          {visibleText(job.progressMessage)}
        </Fact>
      )}
      <Fact name="From">
        {job.from.uuid.startsWith('server:') ? (
          <ClientText text={job.from.name} />
        ) : (
          <a className={styles['client']} href={placeLink('clients', job.from.uuid)}>
            <ClientText text={job.from.name} />
          </a>
        )}
      </Fact>
      <Fact
        name={job.targetCount === 1 ? 'To' : `To ${job.targetCount}`}
        value={job.targets.map(({ name }) => name).join(', ')}
        wrap
      >
        {job.targets.map(({ uuid, name }) => (
          <a key={uuid} className={styles['client']} href={placeLink('clients', uuid)}>
            <ClientText text={name} />
          </a>
        ))}
        {job.targetCount > job.targets.length && ` and ${job.targetCount - job.targets.length} more`}
      </Fact>
      <Fact name="Asked for">{exactTime(job.createdAt)}</Fact>
      {job.startedAt !== null && <Fact name="Started">{exactTime(job.startedAt)}</Fact>}
      {job.endedAt !== null && <Fact name="Ended">{exactTime(job.endedAt)}</Fact>}
      <Fact name={job.startedAt === null && job.endedAt === null ? 'Waits for' : 'Took'}>
        <JobDuration job={job} />
      </Fact>
    </Facts>
  )
}

function Texts({ job, detail }: { job: PanelJob; detail: JobDetail | null | undefined }) {
  const { jobs } = usePanel()
  if (detail === undefined) return <p className={pane['note']}>Loading…</p>
  if (detail === null) return null
  const asked = detail.payload === null ? null : codeOf(detail.payload)
  return (
    <TextSections>
      {detail.error !== '' && (
        <Text
          title="Error"
          language="text"
          text={detail.error}
          length={detail.errorLength}
          whole={() => jobs.fetchText(job, 'error')}
          failed
        />
      )}
      {detail.result !== '' && (
        <Text
          title="Result"
          language={languageOf(detail.result)}
          text={detail.result}
          length={detail.resultLength}
          whole={() => jobs.fetchText(job, 'result')}
        />
      )}
      {asked === null ? (
        <TextNote>
          What it asked for was too large to keep, or is too long ago. It can’t be run again from here.
        </TextNote>
      ) : (
        <Text
          title={asked.language === 'python' ? 'Code' : 'Parameters'}
          language={asked.language}
          text={asked.text}
          length={asked.text.length}
        />
      )}
    </TextSections>
  )
}

/** Characters from which on a text is worth a file. */
const saveFrom = 2_000

interface TextProps {
  title: string
  language: Language
  text: string
  /** Characters of the whole, of which `text` may be the start. */
  length: number
  /** Fetches the whole, where `text` may be its start. */
  whole?: () => Promise<string>
  failed?: boolean
}

function Text({ title, language, text, length, whole, failed = false }: TextProps) {
  const { toasts } = usePanel()
  const cut = text.length < length
  const save = async () => {
    try {
      const content = cut && whole !== undefined ? await whole() : text
      saveFile(`${title.toLowerCase()}.txt`, new Blob([content], { type: 'text/plain;charset=utf-8' }))
    } catch {
      toasts.show({
        kind: 'problem',
        text: `The ${title.toLowerCase()} could not be fetched, so nothing was saved.`,
      })
    }
  }
  return (
    <TextSection
      title={title}
      buttons={
        <>
          {text.length > saveFrom && (
            <Button onClick={() => void save()}>
              <Download size={14} aria-hidden /> Save {title.toLowerCase()}…
            </Button>
          )}
          <CopyButton
            label={`Copy ${title.toLowerCase()}`}
            text={cut && whole !== undefined ? whole : text}
          />
        </>
      }
    >
      <CodeBlock text={text} language={language} label={title} failed={failed} />
      {cut && (
        <TextNote>
          Shown are {text.length.toLocaleString('en')} of {length.toLocaleString('en')} characters. Copy and
          Save give all of them.
        </TextNote>
      )}
    </TextSection>
  )
}
