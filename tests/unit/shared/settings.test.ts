import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  readSetting,
  settingKeys,
  settingOf,
  settingOption,
  settingVariable,
} from '../../../src/shared/settings.ts'

describe('the table of settings', () => {
  it('gives each its variable and its option', () => {
    expect(settingVariable('max_sessions_per_token')).toBe('BUSBAR_MAX_SESSIONS_PER_TOKEN')
    expect(settingOption('session_idle_seconds')).toBe('--session-idle-seconds')
  })

  it('reads numbers and flags, and nothing else', () => {
    expect(readSetting('ping_seconds', ' 0.5 ')).toBe(0.5)
    expect(readSetting('max_clients', '0.5')).toBeNull()
    expect(readSetting('max_clients', '')).toBeNull()
    expect(readSetting('history_payloads', 'false')).toBe(false)
    expect(readSetting('history_payloads', '0')).toBeNull()
  })

  const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8')
  it.each(settingKeys)('has %s in docs/configuration.md, with its default', (key) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${settingVariable(key)}\` `))
    expect(row?.split('|')[2]?.trim()).toBe(String(settingOf(key).default))
  })
})
