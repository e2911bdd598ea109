import { ContextMenu } from 'radix-ui'
import { useState, type MouseEvent } from 'react'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { placeLink } from '../../panel/router.ts'
import { copyText } from '../../ui/copy-text.ts'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './ClientMenu.module.css'

/** What can be done with the client under the pointer, or under the keyboard (Shift F10). */
export function ClientMenu({ children }: { children: React.ReactElement }) {
  const panel = usePanel()
  const live = useLive()
  const [key, setKey] = useState<string | null>(null)
  const client = panel.clients.state.getState().byKey.get(key ?? '')
  const { clients, selection, inspector, pins, toasts } = panel

  const onContextMenu = (event: MouseEvent) => {
    const under = (event.target as Element).closest('[data-key]')?.getAttribute('data-key') ?? null
    if (under === null) {
      event.stopPropagation()
      return
    }
    setKey(under)
    // What is done to the client under the pointer is done to the others only where it is one of them.
    if (!selection.state.getState().selected.has(under)) selection.select(panel.rowOrder(), under, 'only')
  }
  const copy = (what: string, text: string) => () => {
    void copyText(text).then((copied) =>
      toasts.show(
        copied
          ? { kind: 'done', text: `Copied the ${what}.` }
          : { kind: 'problem', text: `The ${what} was not copied.` },
      ),
    )
  }

  const record = client?.record
  const quoted = (text: string) => (/[\s"]/.test(text) ? `"${text.replaceAll('"', '')}"` : text)
  const selectedCount = selection.state.getState().selected.size
  const keysToPin = panel.keysToPin(key ?? '')
  const pinned = keysToPin.every((each) => pins.state.getState().pins.some((pin) => pin.key === each))
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild onContextMenuCapture={onContextMenu}>
        {children}
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className={styles['menu']} onCloseAutoFocus={() => selection.focusActive()}>
          {client !== undefined && record !== undefined && (
            <>
              <Item onSelect={() => inspector.open(client.key)}>Inspect</Item>
              <Item onSelect={() => panel.pinOrUnpin(keysToPin)}>
                {pinned ? 'Unpin' : keysToPin.length > 1 ? `Pin ${keysToPin.length} clients` : 'Pin'}
              </Item>
              <ContextMenu.Separator className={styles['separator']} />
              <Item onSelect={copy('uuid', record.uuid)}>Copy uuid</Item>
              {record.blend_file !== undefined && record.blend_file !== '' && (
                <Item onSelect={copy('path', record.blend_file)}>Copy path of the file</Item>
              )}
              <Item onSelect={copy('record', JSON.stringify(record, null, 2))}>Copy record</Item>
              <Item onSelect={copy('link', new URL(placeLink('clients', record.uuid), location.href).href)}>
                Copy link
              </Item>
              <ContextMenu.Separator className={styles['separator']} />
              <Item onSelect={() => clients.search(`type:${quoted(record.client_type)}`)}>
                Show only type {visibleText(record.client_type)}
              </Item>
              {record.group_id !== null && (
                <Item onSelect={() => clients.search(`group:${quoted(record.group_id ?? '')}`)}>
                  Show only group {visibleText(record.group_id)}
                </Item>
              )}
              <ContextMenu.Separator className={styles['separator']} />
              <Item danger disabled={!live} onSelect={() => panel.askUnregister()}>
                {selectedCount > 1 ? `Unregister ${selectedCount} clients…` : 'Unregister…'}
              </Item>
            </>
          )}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}

interface ItemProps {
  onSelect: () => void
  danger?: boolean
  disabled?: boolean
  children: React.ReactNode
}

function Item({ onSelect, danger = false, disabled = false, children }: ItemProps) {
  return (
    <ContextMenu.Item
      className={`${styles['item']} ${danger ? styles['danger'] : ''}`}
      disabled={disabled}
      onSelect={onSelect}
    >
      {children}
    </ContextMenu.Item>
  )
}
