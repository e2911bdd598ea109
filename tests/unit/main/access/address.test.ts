import { describe, expect, it } from 'vitest'
import { plainAddress } from '../../../../src/main/access/address.ts'

describe('the one form of an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.21.173.255', '10.21.173.255'],
    ['::FFFF:0A15:adff', '10.21.173.255'],
    ['::ffff:1:2', '0.1.0.2'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::1', '::1'],
    ['FE80::1%Eth0', 'fe80::1%eth0'],
    ['fe80:0::1%eth0', 'fe80:0::1%eth0'],
    ['Render-7', 'render-7'],
    ['', ''],
  ])('of %j is %j', (address, plain) => {
    expect(plainAddress(address)).toBe(plain)
  })
})
