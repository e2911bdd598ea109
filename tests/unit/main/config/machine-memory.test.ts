import { describe, expect, it } from 'vitest'
import { memoryByDefault } from '../../../../src/main/config/machine-memory.ts'

const gibibyte = 1024 ** 3

describe('the memory that is kept by default', () => {
  it.each([
    ['a quarter of a small machine', 2 * gibibyte, 0, 512],
    ['1024 MiB of a large one', 64 * gibibyte, 0, 1024],
    ['a quarter of what a container may use', 64 * gibibyte, gibibyte, 256],
    ['a quarter of the machine where the container may use more', 2 * gibibyte, 2 ** 63, 512],
    ['the least that the setting takes on a tiny one', 32 * 1024 * 1024, 0, 16],
  ])('is %s', (_, machineBytes, limitBytes, mebibytes) => {
    expect(memoryByDefault(machineBytes, limitBytes)).toBe(mebibytes)
  })

  it('is known of this machine', () => {
    const mebibytes = memoryByDefault()
    expect(mebibytes).toBeGreaterThanOrEqual(16)
    expect(mebibytes).toBeLessThanOrEqual(1024)
  })
})
