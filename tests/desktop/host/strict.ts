/**
 * What makes the stand-in honest: whatever of Electron it does not have fails loudly, and each event it has is
 * declared by subscribing to Electron's own type, so that the compiler compares the two.
 */
import { EventEmitter } from 'node:events'

/** The same object, but reading a property it does not have throws. Its type is Electron's own. */
export function strict<T extends object>(name: string, target: Partial<T>): T {
  return new Proxy(target, {
    get(object, property) {
      if (
        typeof property === 'string' &&
        !(property in object) &&
        property !== 'then' &&
        property !== 'toJSON'
      ) {
        throw new Error(`The stand-in for Electron has no ${name}.${property}.`)
      }
      return Reflect.get(object, property, object) as unknown
    },
    set(_object, property) {
      throw new Error(`The stand-in for Electron does not let ${name}.${String(property)} be set.`)
    },
  }) as T
}

type AnyListener = (...args: never[]) => void

export type StandInEvents<E extends Record<string, unknown[]>> = {
  on(name: string, listener: AnyListener): void
  once(name: string, listener: AnyListener): void
  off(name: string, listener: AnyListener): void
  /** True if anybody listens. */
  emit<K extends keyof E & string>(name: K, ...args: E[K]): boolean
}

/**
 * An emitter of declared events.
 *
 * @param owner the object's name in messages
 * @param declare subscribes to each event of Electron's type with `handler(name)`: an event that Electron does not
 *   have, or gives other arguments to, does not compile
 */
export function createStandInEvents<E extends Record<string, unknown[]>>(
  owner: string,
  declare: (target: never, handler: <K extends keyof E & string>(name: K) => (...args: E[K]) => void) => void,
): StandInEvents<E> {
  const known = new Set<string>()
  declare({ on: (name: string) => known.add(name) } as never, () => () => undefined)
  const emitter = new EventEmitter()
  const check = (name: string) => {
    if (!known.has(name)) throw new Error(`The stand-in for Electron never emits "${name}" on ${owner}.`)
  }
  return {
    on(name, listener) {
      check(name)
      emitter.on(name, listener as (...args: unknown[]) => void)
    },
    once(name, listener) {
      check(name)
      emitter.once(name, listener as (...args: unknown[]) => void)
    },
    off(name, listener) {
      emitter.off(name, listener as (...args: unknown[]) => void)
    },
    emit: (name, ...args) => emitter.emit(name, ...args),
  }
}

/** An event that can be prevented, with the given fields and nothing else. */
export function createEvent<Fields extends object>(name: string, fields: Fields): Electron.Event<Fields> {
  let prevented = false
  return strict<Electron.Event<object>>(`${name} event`, {
    ...fields,
    preventDefault() {
      prevented = true
    },
    get defaultPrevented() {
      return prevented
    },
  }) as Electron.Event<Fields>
}
