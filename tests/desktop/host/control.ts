/** What tests may ask of a stand-in in its own process, as messages over Node's IPC channel. */
import type { BrowserWindowConstructorOptions, CustomScheme } from 'electron'
import type { Permission } from './electron-session.ts'

/** What the stand-in has seen so far. All of it is plain data. */
export type StandInState = {
  schemes: CustomScheme[]
  isSandboxed: boolean
  mayUseDevice: boolean
  openedOutside: string[]
  errorBoxes: { title: string; content: string }[]
  windows: {
    options: BrowserWindowConstructorOptions
    url: string
    calls: string[]
    isDestroyed: boolean
    ports: { open: number; handedOut: number }
  }[]
}

/** Each command with what it takes and what it answers. `window` counts from 0. */
export type StandInCommands = {
  state: { input: null; output: StandInState }
  quit: { input: null; output: null }
  closeWindow: { input: { window: number }; output: null }
  minimise: { input: { window: number }; output: null }
  crash: { input: { window: number }; output: null }
  /** IPC as from another frame than the window's own; null as from one that is gone. */
  sendIpcAs: { input: { channel: string; frame: { url: string; origin: string } | null }; output: null }
  /** True if the program let it happen. */
  askPermission: {
    input: { permission: Permission; url: string }
    output: { check: boolean; request: boolean }
  }
  redirect: { input: { window: number; url: string }; output: boolean }
  attachWebview: { input: { window: number }; output: boolean }
  /** The next question to the person is answered with this button. */
  answerDialog: { input: { button: number }; output: null }
}

export type StandInRequest = {
  [Name in keyof StandInCommands]: { id: number; name: Name; input: StandInCommands[Name]['input'] }
}[keyof StandInCommands]
export type StandInReply = { id: number; output: unknown } | { id: number; error: string }
/** The first message of a stand-in: where its browser can be driven. */
export type StandInHello = { endpoint: string }
