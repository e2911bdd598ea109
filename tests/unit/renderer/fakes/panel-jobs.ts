import type { PanelJob } from '../../../../src/shared/jobs.ts'

/** A job of a program `llm` on a Blender `b`, asked for at second 1000; `change` lays its own parts over it. */
export function panelJob(jobId: string, change: Partial<PanelJob> = {}): PanelJob {
  return {
    key: `local\u001f${jobId}`,
    userId: 'local',
    jobId,
    kind: 'command_dispatch',
    title: 'execute_code',
    state: 'pending',
    progress: null,
    progressMessage: '',
    createdAt: 1000,
    startedAt: null,
    endedAt: null,
    updatedAt: 1000,
    cancelRequestedAt: null,
    from: { uuid: 'llm', name: 'Claude' },
    targets: [{ uuid: 'b', name: 'Atelier 1' }],
    targetCount: 1,
    preview: 'print(1)',
    problem: '',
    ...change,
  }
}
