import { Button } from '../ui/Button.tsx'
import { Dialog, DialogButtons } from '../ui/Dialog.tsx'
import { chordText, shortcuts, shortcutTitles, type Shortcut, type ShortcutPlace } from '../lib/shortcuts.ts'
import styles from './ShortcutsSheet.module.css'

const mac = navigator.platform.startsWith('Mac')

/** All keys on one page, from the table that their handlers go by. */
export function ShortcutsSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" className={styles['sheet']} dismissable onClose={onClose}>
      <div className={styles['places']}>
        {(Object.keys(shortcuts) as ShortcutPlace[]).map((place) => (
          <section key={place}>
            <h3>{shortcutTitles[place]}</h3>
            <dl>
              {Object.entries<Shortcut>(shortcuts[place]).map(([id, { chords, what }]) => (
                <div key={id}>
                  <dt>
                    {chords.map((chord) => (
                      <kbd key={chordText(chord, mac)}>{chordText(chord, mac)}</kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <DialogButtons>
        <Button autoFocus onClick={onClose}>
          Close
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
