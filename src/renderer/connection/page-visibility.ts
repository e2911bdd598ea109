/** Whether anybody can see this window: false in a hidden tab and a minimised window. */
export interface PageVisibility {
  visible: () => boolean
  onChange: (listener: () => void) => () => void
}

export function createPageVisibility(page: Document): PageVisibility {
  return {
    visible: () => page.visibilityState === 'visible',
    onChange(listener) {
      page.addEventListener('visibilitychange', listener)
      return () => page.removeEventListener('visibilitychange', listener)
    },
  }
}
