/**
 * How a panel in a browser proves itself to `busbar serve`. The key travels as a WebSocket subprotocol: that
 * header never reaches a URL, a history or a proxy's log of addresses.
 */

/** Path of the panel's WebSocket. */
export const panelSocketPath = '/panel/socket'
/** The subprotocol both sides speak; the server selects this one and never echoes the key. */
export const panelSubprotocol = 'busbar.panel.v1'
/** Prefix of the second offered subprotocol, followed by the key (base64url, so always a valid token). */
export const panelKeyPrefix = 'busbar.key.'
/** Close code when the key is missing or wrong: reconnecting with the same key is useless. */
export const closeBadKey = 4401
/** Close code for a frame that is no call of oRPC's. */
export const closeNoCall = 4400

/** Channel on which Electron's main process hands a window its message port. */
export const panelPortChannel = 'busbar:panel-port'
