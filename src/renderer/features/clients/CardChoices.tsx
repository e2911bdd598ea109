import { useStore } from 'zustand'
import { usePreferences } from '../../panel/panel-context.ts'
import { cardSizes } from '../../settings/preferences.ts'
import { Segments } from '../../ui/Segments.tsx'
import { IntervalSelect } from '../../widgets/IntervalSelect.tsx'
import styles from './CardChoices.module.css'

/** How large the cards of the wall are, and how often their pictures are taken. */
export function CardChoices() {
  const preferences = usePreferences()
  const size = useStore(preferences.state, ({ cardSize }) => cardSize)
  const seconds = useStore(preferences.state, ({ wallSeconds }) => wallSeconds)
  return (
    <fieldset>
      <legend>Cards</legend>
      <div className={styles['choices']}>
        <Segments label="Size of the cards">
          {cardSizes.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === size}
              aria-label={`${each} cards`}
              title={`${each[0]?.toUpperCase()}${each.slice(1)} cards`}
              onClick={() => preferences.set({ cardSize: each })}
            >
              <span className={styles['size']} data-size={each} aria-hidden />
            </button>
          ))}
        </Segments>
        <IntervalSelect value={seconds} onChange={(wallSeconds) => preferences.set({ wallSeconds })} />
      </div>
    </fieldset>
  )
}
