/** `protocol` and `session`: schemes and permissions. */
import type { Protocol, Session } from 'electron'
import { strict } from './strict.ts'

type ProtocolPart = Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle'>
type SessionPart = Pick<
  Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
>

type RequestHandler = NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>
type CheckHandler = NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>
type DeviceHandler = NonNullable<Parameters<Session['setDevicePermissionHandler']>[0]>
export type Permission = Parameters<RequestHandler>[1]

export type SessionStandIn = {
  protocol: Protocol
  session: Session
  schemes: Electron.CustomScheme[]
  answer(request: Request): Promise<Response> | null
  /** What the program says to a permission; Electron grants what it does not decide. */
  check(permission: Permission, url: string): boolean
  request(permission: Permission, url: string): Promise<boolean>
  mayUseDevice(): boolean
}

export function createSessionStandIn(isReady: () => boolean): SessionStandIn {
  const handlers = new Map<string, (request: Request) => Response | Promise<Response>>()
  const schemes: Electron.CustomScheme[] = []
  let onRequest: RequestHandler | null = null
  let onCheck: CheckHandler | null = null
  let onDevice: DeviceHandler | null = null

  const protocolPart: ProtocolPart = {
    registerSchemesAsPrivileged(customSchemes) {
      if (isReady())
        throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
      schemes.push(...customSchemes)
    },
    handle(scheme, handler) {
      if (!isReady()) throw new Error('protocol.handle needs a session, which is there when app is ready')
      if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
      handlers.set(scheme, handler)
    },
  }
  const sessionPart: SessionPart = {
    setPermissionRequestHandler: (handler) => (onRequest = handler),
    setPermissionCheckHandler: (handler) => (onCheck = handler),
    setDevicePermissionHandler: (handler) => (onDevice = handler),
  }
  const nobody = strict<Electron.WebContents>('webContents', {})
  return {
    protocol: strict<Protocol>('protocol', protocolPart),
    session: strict<Session>('session', sessionPart),
    schemes,
    answer(request) {
      const handler = handlers.get(new URL(request.url).protocol.slice(0, -1))
      return handler === undefined ? null : Promise.resolve(handler(request))
    },
    check: (permission, url) =>
      // The same list of names, written twice in Electron's types.
      onCheck === null || onCheck(nobody, permission, url, strict('details', { isMainFrame: true })),
    request: (permission, url) =>
      new Promise((resolve) => {
        if (onRequest === null) resolve(true)
        else
          onRequest(nobody, permission, resolve, strict('details', { isMainFrame: true, requestingUrl: url }))
      }),
    mayUseDevice: () =>
      onDevice === null ||
      onDevice(strict<Parameters<DeviceHandler>[0]>('details', { deviceType: 'usb', origin: '' })),
  }
}
