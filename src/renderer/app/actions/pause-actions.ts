import { eachMax, type ActionPorts, type AddAction } from './action.ts'

/** The way to stop everything, and to let go on. */
export function addPauses(add: AddAction, { panel, live }: ActionPorts): void {
  if (!live) return
  const { pauses, troubles } = panel
  add('Stop everything: cancel all jobs, let no program work', 'stop', () => void pauses.stopAll())
  for (const pause of pauses.state.getState().pauses) {
    const who = pause.program === null ? `all programs of ${pause.userId}` : pause.name
    add(`Resume ${who}`, 'stop', () => void pauses.resume(pause))
  }
  for (const trouble of troubles.state.getState().troubles.slice(0, eachMax)) {
    add(`Pause ${trouble.name}`, 'stop', () => void troubles.pause(trouble))
    add(`Dismiss the notice about ${trouble.name}`, 'stop', () => void troubles.dismiss(trouble))
  }
}
