import { useEffect, useState } from 'react'
import { useLive, usePanel } from '../panel/panel-context.ts'
import type { ConnectInfo } from '../../shared/connect.ts'

/** How to connect something, asked for on each connection; null until it is known. */
export function useConnectInfo(): ConnectInfo | null {
  const { connection } = usePanel()
  const live = useLive()
  const [info, setInfo] = useState<ConnectInfo | null>(null)
  useEffect(() => {
    const api = connection.api()
    if (!live || api === null) return
    const abort = new AbortController()
    api.connect.info(undefined, { signal: abort.signal }).then(setInfo, () => undefined)
    return () => abort.abort()
  }, [connection, live])
  return info
}

/** A way to get the local user's token when a person wants to copy it. It is kept nowhere. */
export function useToken(): () => Promise<string> {
  const { connection } = usePanel()
  return async () => {
    const api = connection.api()
    if (api === null) throw new Error('There is no connection to get the token over.')
    return (await api.connect.token()).token
  }
}
