import styles from './JsonText.module.css'
import { escapeInvisible, jsonTokens } from './json-tokens.ts'

/** A JSON text, highlighted. What is selected and copied from it is valid JSON of the same value. */
export function JsonText({ json, label }: { json: string; label: string }) {
  return (
    <pre className={styles['json']} tabIndex={0} role="region" aria-label={label} dir="ltr">
      <code>
        {jsonTokens(escapeInvisible(json)).map((token, index) => (
          <span key={index} className={styles[token.kind]}>
            {token.text}
          </span>
        ))}
      </code>
    </pre>
  )
}
