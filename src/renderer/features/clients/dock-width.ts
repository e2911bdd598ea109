import { useEffect, useRef } from 'react'
import { usePanelRef } from 'react-resizable-panels'

/** What the list keeps at least, in CSS pixels, however many inspectors stand beside it. */
export const listMin = 260

/** Gives the dock the room of so many inspectors as wide as one was last, as far as the list can spare it. */
export function useDockWidth(columns: number, widthOfOne: () => number): ReturnType<typeof usePanelRef> {
  const dock = usePanelRef()
  const before = useRef(0)
  useEffect(() => {
    const isNew = before.current === 0
    before.current = columns
    // One that has just come has its default size, and no layout yet to be measured.
    if (isNew || columns === 0 || dock.current === null) return
    const { inPixels, asPercentage } = dock.current.getSize()
    if (asPercentage === 0) return
    const whole = (inPixels * 100) / asPercentage
    // The list gives up half of its room at most, before the inspectors begin to scroll.
    const room = columns === 1 ? whole : Math.max(whole * 0.6, whole - 420)
    dock.current.resize(Math.min(columns * widthOfOne(), room))
  }, [columns, dock, widthOfOne])
  return dock
}
