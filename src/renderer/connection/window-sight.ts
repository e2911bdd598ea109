/** Whether anybody can see this window: false in a hidden tab and a minimised window. */
export interface WindowSight {
  visible: () => boolean
  onChange: (listener: () => void) => () => void
}

export function createWindowSight(page: Document): WindowSight {
  return {
    visible: () => page.visibilityState === 'visible',
    onChange(listener) {
      page.addEventListener('visibilitychange', listener)
      return () => page.removeEventListener('visibilitychange', listener)
    },
  }
}
