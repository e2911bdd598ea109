import { describe, expect, it } from 'vitest'
import { askedPort } from '../../../../src/main/config/asked-port.ts'

describe('askedPort', () => {
  it.each([
    [{}, undefined],
    [{ BUSBAR_PORT: '' }, undefined],
    [{ BUSBAR_PORT: '0' }, 0],
    [{ BUSBAR_PORT: '9877' }, 9877],
    [{ BUSBAR_PORT: '65535' }, 65535],
  ])('reads %j', (env, port) => {
    expect(askedPort(env)).toBe(port)
  })

  it.each(['65536', '-1', '80.5', '1e3', '0x50', ' 80', 'http'])('refuses %j', (text) => {
    expect(() => askedPort({ BUSBAR_PORT: text })).toThrow(
      `BUSBAR_PORT must be a port from 0 to 65535, not "${text}".`,
    )
  })
})
