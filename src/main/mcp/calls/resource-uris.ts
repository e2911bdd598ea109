/** The addresses of the two resources that a client can subscribe to. */
export const clientsUri = 'blender://bus/clients'
export const statsUri = 'blender://bus/stats'

/** Where a job stands, and where all of its output does. */
export const jobUri = (jobId: string): string => `blender://jobs/${encodeURIComponent(jobId.toWellFormed())}`
export const jobOutputUri = (jobId: string): string => `${jobUri(jobId)}/output`

/** Where the payload of a message stands that was too large to go out whole. */
export const messageUri = (messageId: string): string => `blender://messages/${encodeURIComponent(messageId)}`
