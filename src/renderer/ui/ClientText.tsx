import { visibleText } from '../lib/visible-text.ts'

interface ClientTextProps {
  text: string
  className?: string | undefined
}

/**
 * A text that a client chose. Its direction is kept from mixing with what stands around it, characters that can't be
 * seen are shown as symbols, and the whole of it is in the title where it may be cut.
 */
export function ClientText({ text, className }: ClientTextProps) {
  const visible = visibleText(text)
  return (
    <bdi className={className} title={visible} translate="no">
      {visible}
    </bdi>
  )
}
