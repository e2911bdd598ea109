import { Download, X } from 'lucide-react'
import { isBeingCancelled } from '../../model/jobs/job-state-text.ts'
import { useStore } from 'zustand'
import { placeLink } from '../../panel/router.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { jobKey, type JobDetail, type PanelJob } from '../../../shared/jobs.ts'
import { isTerminal } from '../../../shared/protocol.ts'
import { Button } from '../../ui/Button.tsx'
import { ClientText } from '../../ui/ClientText.tsx'
import { CodeBlock } from '../../ui/CodeBlock.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { TextNote, TextSection, TextSections } from '../../ui/TextSection.tsx'
import { visibleText } from '../../lib/visible-text.ts'
import { Fact, Facts } from '../../widgets/Facts.tsx'
import pane from '../../ui/Pane.module.css'
import { exactTime } from '../../lib/time-text.ts'
import { EndBlenderDialog } from './EndBlenderDialog.tsx'
import { JobDot } from './JobDot.tsx'
import styles from './JobPane.module.css'
import { isWorthAFile, jobTexts, saveJobText, type JobText } from '../../model/jobs/job-texts.ts'
import { JobDuration, JobProgress } from './JobRow.tsx'
import { toolCallOf } from '../../model/jobs/tool-call.ts'

/** One job in full: what was asked of whom, and what came of it. */
export function JobPane() {
  const { jobs } = usePanel()
  const live = useLive()
  const job = useStore(jobs.state, (state) => state.open)
  const detail = useStore(jobs.state, (state) => state.detail)
  const endable = useStore(jobs.state, (state) => state.endable)
  const asksToEnd = useStore(jobs.state, (state) => state.asksToEnd)
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
          <Button
            kind="danger"
            disabled={!live || !known || isBeingCancelled(job)}
            onClick={() => void jobs.cancel(job)}
          >
            {isBeingCancelled(job) ? 'Cancelling…' : 'Cancel job'}
          </Button>
        )}
        {endable !== null && (
          <Button kind="danger" disabled={!live || !known} onClick={() => jobs.askToEnd(true)}>
            End this Blender…
          </Button>
        )}
      </div>
      {asksToEnd && endable !== null && <EndBlenderDialog job={job} blender={endable} />}
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
  return (
    <TextSections>
      {jobTexts(jobs, job, detail).map((text) => (
        <Text key={text.title} text={text} />
      ))}
      {detail.payload === null && (
        <TextNote>
          What it asked for was too large to keep, or is too long ago. It can’t be run again from here.
        </TextNote>
      )}
    </TextSections>
  )
}

function Text({ text }: { text: JobText }) {
  const { toasts } = usePanel()
  const { title, language, shown, length, whole } = text
  const name = title.toLowerCase()
  return (
    <TextSection
      title={title}
      buttons={
        <>
          {isWorthAFile(text) && (
            <Button onClick={() => void saveJobText(toasts, text)}>
              <Download size={14} aria-hidden /> Save {name}…
            </Button>
          )}
          <CopyButton label={`Copy ${name}`} text={shown.length < length ? whole : shown} />
        </>
      }
    >
      <CodeBlock text={shown} language={language} label={title} failed={title === 'Error'} />
      {shown.length < length && (
        <TextNote>
          Shown are {shown.length.toLocaleString('en')} of {length.toLocaleString('en')} characters. Copy and
          Save give all of them.
        </TextNote>
      )}
    </TextSection>
  )
}
