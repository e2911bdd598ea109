import type { ComponentProps } from 'react'
import styles from './Button.module.css'

type ButtonProps = ComponentProps<'button'> & {
  kind?: 'plain' | 'primary' | 'danger' | 'danger-fill' | 'quiet'
}

/** A button. `danger` is the way to an unregistration, `danger-fill` the one that does it. */
export function Button({ kind = 'plain', className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`${styles['button']} ${styles[kind] ?? ''} ${className ?? ''}`}
    />
  )
}
