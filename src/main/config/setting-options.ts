import { InvalidArgumentError, Option } from 'commander'
import {
  readSetting,
  settingKeys,
  settingKind,
  settingOf,
  settingOption,
  type SettingKey,
  type SettingValues,
} from '../../shared/settings.ts'

const argumentNames = {
  seconds: '<seconds>',
  count: '<number>',
  bytes: '<bytes>',
  days: '<number>',
  mebibytes: '<number>',
} as const

/** An option of `serve` for each setting; for a flag one that says no, too. None has a default of its own. */
export function settingOptions(): Option[] {
  return settingKeys.flatMap((key) => {
    const { unit, help } = settingOf(key)
    const option = settingOption(key)
    const text = `${help.replace(/\.$/, '')} (default: ${String(settingOf(key).default)})`
    if (unit === 'flag') {
      return [
        new Option(option, text),
        new Option(option.replace('--', '--no-'), `the contrary of ${option}`),
      ]
    }
    return [
      new Option(`${option} ${argumentNames[unit]}`, text).argParser((value: string) => {
        const read = readSetting(key, value)
        if (read === null) throw new InvalidArgumentError(`It takes ${settingKind(key)}.`)
        return read
      }),
    ]
  })
}

/** The settings among the options that were given. */
export function settingsIn(options: Readonly<Record<string, unknown>>): SettingValues {
  const values: SettingValues = {}
  for (const key of settingKeys) {
    const value = options[attributeOf(key)]
    if (typeof value === 'number' || typeof value === 'boolean') values[key] = value
  }
  return values
}

function attributeOf(key: SettingKey): string {
  return new Option(settingOption(key)).attributeName()
}
