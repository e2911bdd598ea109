import packageJson from '../../package.json' with { type: 'json' }

/** This program's version, as npm and the add-on's zip carry it. */
export const version: string = packageJson.version
