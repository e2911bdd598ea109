/** The addresses of the two resources that a client can subscribe to. */
export const clientsUri = 'blender://bus/clients'
export const statsUri = 'blender://bus/stats'
