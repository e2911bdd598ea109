/** How `npm start` shows the panel. Pure: what it decides on is given to it. */

export type Surroundings = {
  platform: NodeJS.Platform
  /** Numeric user, undefined on Windows. */
  uid: number | undefined
  env: NodeJS.ProcessEnv
  /** Electron's binary is installed. */
  hasBinary: boolean
}

export type StartChoice =
  | { kind: 'desktop' }
  /** Everything but the binary is there. */
  | { kind: 'fetch-binary' }
  | { kind: 'serve'; line: string }

/** Chooses the desktop where it can run. What can be seen to be missing is not even tried. */
export function chooseStart({ platform, uid, env, hasBinary }: Surroundings): StartChoice {
  const missing: string[] = []
  if (platform === 'linux') {
    if (!env.DISPLAY && !env.WAYLAND_DISPLAY) {
      missing.push('there is no display (DISPLAY and WAYLAND_DISPLAY are not set)')
    }
    // Chromium refuses to run as root with its sandbox, and the panel does not run without one.
    if (uid === 0) missing.push("Electron's sandbox does not run as root")
  }
  if (missing.length === 0) return hasBinary ? { kind: 'desktop' } : { kind: 'fetch-binary' }
  if (!hasBinary) missing.unshift("Electron's binary is not installed")
  return { kind: 'serve', line: serveLine(missing) }
}

/** The one line that says why there is no window, and what happens instead. */
export function serveLine(missing: readonly string[]): string {
  return `No desktop window: ${missing.join(', ')}. Serving the panel to a browser instead: open the Panel address.`
}

/** How the desktop program ended, as Node tells it. */
export type DesktopEnd = {
  /** It could not be started at all. */
  error: Error | null
  code: number | null
  signal: NodeJS.Signals | null
  /** It was told to end. */
  wasAsked: boolean
  afterMs: number
}

/** A program that dies this soon has not come up: a person is still looking for the window. */
const comeUpLimitMs = 10_000
/** The dynamic loader's answer when a shared library is missing. */
const loaderFailed = 127

/**
 * The line to fall back with when Electron itself could not run, null when the desktop had its run. A desktop that
 * failed to start says so itself and ends with 1, which is no reason to try another way.
 */
export function fallBackLine({ error, code, signal, wasAsked, afterMs }: DesktopEnd): string | null {
  if (wasAsked) return null
  if (error !== null) return serveLine([`Electron could not be started (${error.message})`])
  if (afterMs > comeUpLimitMs) return null
  if (signal !== null) return serveLine([`Electron ended at once (${signal})`])
  if (code === loaderFailed) return serveLine(['Electron lacks a system library, named above'])
  return null
}
