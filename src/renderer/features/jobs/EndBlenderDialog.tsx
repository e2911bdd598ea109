import { useState } from 'react'
import type { EndableBlender, PanelJob } from '../../../shared/jobs.ts'
import { countOf } from '../../lib/count-text.ts'
import { visibleText } from '../../lib/visible-text.ts'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons, DialogText } from '../../ui/Dialog.tsx'

/** Asks before the Blender of a job is ended that does not stop, and says what is lost with it. */
export function EndBlenderDialog({ job, blender }: { job: PanelJob; blender: EndableBlender }) {
  const { jobs } = usePanel()
  const live = useLive()
  const [pending, setPending] = useState(false)
  const { name, pid, file, otherJobs } = blender
  return (
    <Dialog
      title={`End ${name}`}
      dismissable={false}
      onClose={() => {
        if (!pending) jobs.askToEnd(false)
      }}
    >
      <DialogText>
        This closes the Blender with the process id {pid} on the computer that runs Busbar, without asking
        there. What was not saved in{' '}
        {file === '' ? 'its file, which was never saved at all,' : <bdi>{visibleText(file)}</bdi>} is lost.
      </DialogText>
      {otherJobs > 0 && (
        <DialogText>
          {countOf(otherJobs, 'other job')} of it {otherJobs === 1 ? 'ends or waits' : 'end or wait'} for its
          return.
        </DialogText>
      )}
      <DialogButtons>
        <Button autoFocus disabled={pending} onClick={() => jobs.askToEnd(false)}>
          Cancel
        </Button>
        <Button
          kind="danger-fill"
          disabled={pending || !live}
          aria-busy={pending}
          onClick={() => {
            setPending(true)
            void jobs.endBlender(job, name).then(() => jobs.askToEnd(false))
          }}
        >
          {pending ? 'Ending…' : 'End this Blender'}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
