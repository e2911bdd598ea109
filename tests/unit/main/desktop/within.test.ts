import { describe, expect, it } from 'vitest'
import { withinMs } from '../../../../src/main/desktop/within.ts'

describe('withinMs', () => {
  it('is true for what is done in time', async () => {
    expect(await withinMs(60_000, Promise.resolve('done'))).toBe(true)
  })

  it('is false for what never ends', async () => {
    expect(await withinMs(1, new Promise(() => undefined))).toBe(false)
  })

  it('passes a failure on', async () => {
    await expect(withinMs(60_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })
})
