import { ContextMenu, DropdownMenu } from 'radix-ui'
import { Fragment, useRef, type KeyboardEvent, type MouseEvent } from 'react'
import styles from './ActionMenu.module.css'
import type { MenuEntries, MenuEntry } from './menu-entries.ts'
import { visibleText } from '../lib/visible-text.ts'

interface RightClickMenuProps {
  entries: MenuEntries
  /** Hears of the click before the menu opens, to say what it is about; `stopPropagation` leaves it closed. */
  onAsk?: (event: MouseEvent) => void
  /** What it is the menu of: one element. */
  children: React.ReactElement
}

/** A menu under the right mouse button, and under Shift F10 for what has the focus. */
export function RightClickMenu({ entries, onAsk, children }: RightClickMenuProps) {
  const focus = useFocusReturn(() => document.activeElement)
  return (
    <ContextMenu.Root modal={false} onOpenChange={focus.onOpenChange}>
      <ContextMenu.Trigger asChild onContextMenuCapture={onAsk}>
        {children}
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content
          className={styles['menu']}
          onKeyDownCapture={walk}
          onInteractOutside={focus.stay}
          onCloseAutoFocus={preventDefault}
        >
          {entries.map((entry, index) => (
            <Fragment key={entry === null ? `line ${index}` : entry.label}>
              {entry === null ? (
                <ContextMenu.Separator className={styles['separator']} />
              ) : (
                <ContextMenu.Item {...itemProps(entry)} onSelect={() => choose(entry, focus)}>
                  {itemText(entry)}
                </ContextMenu.Item>
              )}
            </Fragment>
          ))}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}

interface ButtonMenuProps {
  entries: MenuEntries
  /** The button that opens it. */
  children: React.ReactElement
}

/** A menu below a button. */
export function ButtonMenu({ entries, children }: ButtonMenuProps) {
  const button = useRef<HTMLButtonElement>(null)
  const focus = useFocusReturn(() => button.current)
  return (
    <DropdownMenu.Root modal={false} onOpenChange={focus.onOpenChange}>
      <DropdownMenu.Trigger ref={button} asChild>
        {children}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className={styles['menu']}
          onKeyDownCapture={walk}
          align="end"
          sideOffset={4}
          collisionPadding={8}
          onInteractOutside={focus.stay}
          onCloseAutoFocus={preventDefault}
        >
          {entries.map((entry, index) => (
            <Fragment key={entry === null ? `line ${index}` : entry.label}>
              {entry === null ? (
                <DropdownMenu.Separator className={styles['separator']} />
              ) : (
                <DropdownMenu.Item {...itemProps(entry)} onSelect={() => choose(entry, focus)}>
                  {itemText(entry)}
                </DropdownMenu.Item>
              )}
            </Fragment>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/**
 * Gives the focus back while the menu closes. Radix does it a moment later, and a key that was typed ahead on a slow
 * machine would go nowhere.
 *
 * @param home what has the focus when the menu opens
 */
function useFocusReturn(home: () => Element | null) {
  const back = useRef<Element | null>(null)
  return {
    onOpenChange: (open: boolean) => {
      if (open) back.current = home()
      else if (back.current instanceof HTMLElement) back.current.focus({ preventScroll: true })
    },
    /** Leaves the focus to what was chosen or pressed. */
    stay: () => {
      back.current = null
    },
  }
}

function choose({ run, takesFocus = false }: MenuEntry, focus: ReturnType<typeof useFocusReturn>): void {
  if (takesFocus) focus.stay()
  run()
}

const preventDefault = (event: Event) => event.preventDefault()

/**
 * Moves the focus while the key is being handled. Radix does it a moment later, and an Enter that was typed ahead on a
 * slow machine would choose the entry before.
 */
function walk(event: KeyboardEvent<HTMLElement>) {
  const items = [
    ...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]:not([data-disabled])'),
  ]
  const at = items.findIndex((item) => item === document.activeElement)
  const last = items.length - 1
  const places: Partial<Record<string, number>> = {
    ArrowDown: Math.min(at + 1, last),
    ArrowUp: at === -1 ? last : Math.max(at - 1, 0),
    Home: 0,
    End: last,
  }
  const place = places[event.key]
  if (place === undefined) return
  event.preventDefault()
  items[place]?.focus()
}

function itemProps({ danger = false, unusable = null }: MenuEntry) {
  return {
    className: `${styles['item']} ${danger ? styles['danger'] : ''}`,
    disabled: unusable !== null,
  }
}

function itemText({ label, unusable = null }: MenuEntry) {
  const text = visibleText(label)
  return (
    <>
      <bdi title={text}>{text}</bdi>
      {unusable !== null && <small>{unusable}</small>}
    </>
  )
}
