import { type ActionPorts, type AddAction } from './action.ts'

/** The way to stop everything, and to let go on. */
export function addPauses(add: AddAction, { panel, live }: ActionPorts): void {
  if (!live) return
  const { pauses } = panel
  add('Stop everything: cancel all jobs, let no program work', 'stop', () => void pauses.stopAll())
  for (const pause of pauses.state.getState().pauses) {
    const who = pause.program === null ? `all programs of ${pause.userId}` : pause.name
    add(`Resume ${who}`, 'stop', () => void pauses.resume(pause))
  }
}
