import type { Llm, Outcome } from './llm.ts'
import type { Blender } from './rig.ts'

const begin = 'print("begun")\nreport_progress(0.5, "begun")\n'

/** Scripts that would not end for a long time, by what they are in. */
export const endless = {
  'a loop of ten minutes': `import time\n${begin}end = time.monotonic() + 600\nwhile time.monotonic() < end: pass`,
  'time.sleep(60)': `import time\n${begin}time.sleep(60)`,
  'a comprehension over a million objects': `objects = [object() for _ in range(1000000)]\n${begin}[[hash(each) for each in objects] for _ in range(10000)]`,
  'while True: pass': `${begin}while True: pass`,
  'a script with except BaseException: pass': `import time\n${begin}while True:\n    try: time.sleep(0.01)\n    except BaseException: pass`,
} as const

/** One job that was cancelled: what the cancelling call answered, what the job's own did, and how long it took. */
export interface CancelRound {
  readonly asked: Outcome
  readonly answered: Outcome
  readonly tookMs: number
}

/** Runs a script that says "begun" as its progress, cancels it then, and does so again. */
export async function* cancelRounds(
  llm: Llm,
  blender: Blender,
  code: string,
  rounds: number,
): AsyncGenerator<CancelRound> {
  for (let round = 0; round < rounds; round += 1) {
    const { promise: begun, resolve } = Promise.withResolvers<string>()
    let jobId = ''
    const ended = llm.call(
      'execute_code',
      { code, target: blender.uuid },
      {
        onprogress({ message = '' }) {
          jobId = /^Job (\S+)$/.exec(message)?.[1] ?? jobId
          if (message === 'begun') resolve(jobId)
        },
      },
    )
    await Promise.race([begun, ended])
    const from = performance.now()
    const { outcome: asked } = await llm.call('cancel_job', { job_id: jobId })
    const tookMs = performance.now() - from
    yield { asked, answered: (await ended).outcome, tookMs }
  }
}
