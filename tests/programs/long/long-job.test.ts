import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Blender } from '../../blender/rig/rig.ts'
import { claudeCode } from '../programs/claude-code.ts'
import { codex } from '../programs/codex.ts'
import { geminiCli } from '../programs/gemini-cli.ts'
import { openCode } from '../programs/opencode.ts'
import type { Program } from '../programs/program.ts'
import { createProgramsRig, type ProgramsRig } from '../rig/programs-rig.ts'

let rig: ProgramsRig
beforeAll(async () => {
  rig = await createProgramsRig()
})
afterAll(() => rig.close())

const anyText = expect.any(String) as string
const milliseconds = expect.any(Number) as number

/** Each program gives up on a call after this time; those that hear of progress as a sign of life do not. */
const callLimitMs = 50_000
const limitMs = 120_000
const call = (blender: Blender) => ({
  code: 'import time\ntime.sleep(75)\n"slept"',
  target: blender.uuid,
  timeout_seconds: 300,
})
const completed = (blender: Blender) => ({
  status: 'completed',
  job_id: anyText,
  target_uuid: blender.uuid,
  result: { stdout: '', stderr: '', value: "'slept'" },
  error: '',
  duration_ms: milliseconds,
})

async function asksAgain(program: Program): Promise<void> {
  const blender = await rig.blender(program.name)
  const run = await rig.start(program, { callLimitMs })
  const first = await run.call('blender_execute_code', call(blender), limitMs)
  const { job_id: jobId } = first.outcome as { job_id: string }
  expect(first.outcome).toStrictEqual({
    status: 'running',
    job_id: jobId,
    target_uuid: blender.uuid,
    result: '',
    error: '',
    message: `The job is running. Call blender_get_job with job_id "${jobId}" for its result. Do not send it again.`,
    duration_ms: milliseconds,
  })
  const second = await run.call('blender_get_job', { job_id: jobId, wait_seconds: 40 })
  expect(second.outcome).toStrictEqual({ ...completed(blender), job_id: jobId })
  await run.end()
}

async function waitsForTheEnd(program: Program): Promise<void> {
  const blender = await rig.blender(program.name)
  const run = await rig.start(program, { callLimitMs })
  const only = await run.call('blender_execute_code', call(blender), limitMs)
  expect(only.outcome).toStrictEqual(completed(blender))
  await run.end()
}

// A row each of the table in `src/main/mcp/dispatch/answer-time.ts`: who is not in it is asked to call again.
it.concurrent.each([
  { program: claudeCode, works: asksAgain },
  { program: codex, works: asksAgain },
  { program: geminiCli, works: asksAgain },
  { program: openCode, works: waitsForTheEnd },
])('$program.name gets the result of a job of 75 s', ({ program, works }) => works(program))
