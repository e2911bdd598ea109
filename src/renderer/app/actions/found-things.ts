import { clientName, uniqueName } from '../../model/clients/client-text.ts'
import { jobStateText } from '../../model/jobs/job-state-text.ts'
import { placeLink } from '../../panel/router.ts'
import { glossary } from '../../lib/glossary.ts'
import { openClients, type Action, type ActionPorts } from './action.ts'

/** Most clients and jobs that a search lists. */
const foundMax = 20

/** What a search finds beside actions: words of the bus, clients and jobs. `has` says whether a text has all its words. */
export function foundThings(ports: ActionPorts, has: (text: string) => boolean): Action[] {
  return [...foundWords(ports, has), ...foundClients(ports, has), ...foundJobs(ports, has)]
}

type Has = (text: string) => boolean

function foundWords({ panel }: ActionPorts, has: Has): Action[] {
  return Object.entries(glossary)
    .filter(([word]) => has(`what does ${word} mean`))
    .map(([word, meaning]) => ({
      id: `word ${word}`,
      title: `What does “${word}” mean?`,
      hint: 'help',
      run: () => panel.toasts.show({ kind: 'done', text: `${word}: ${meaning}` }),
    }))
}

function foundClients({ panel, go, live }: ActionPorts, has: Has): Action[] {
  const { byKey } = panel.clients.state.getState()
  // For those that are open or stood on it is offered already.
  const offered = openClients(panel)
  const found: Action[] = []
  for (const client of byKey.values()) {
    if (found.length >= foundMax) break
    const { uuid, client_type: type } = client.record
    const name = clientName(client)
    if (!has(`send to it ${name} ${uuid}`)) continue
    const title = uniqueName(client, byKey)
    if (has(`${name} ${uuid}`)) {
      found.push({ id: client.key, title, hint: type, run: () => go(placeLink('clients', uuid)) })
    }
    if (!live || offered.has(client.key)) continue
    found.push({
      id: `send ${client.key}`,
      title: `Send to it: ${title}…`,
      hint: 'client',
      run() {
        go(placeLink('clients'))
        panel.writeTo(client.key)
      },
    })
  }
  return found
}

function foundJobs({ panel, go }: ActionPorts, has: Has): Action[] {
  const found: Action[] = []
  for (const job of panel.jobs.state.getState().byKey.values()) {
    if (found.length >= foundMax) break
    if (!has(`${job.title} ${job.jobId}`)) continue
    found.push({
      id: `job ${job.key}`,
      title: job.title,
      hint: `job, ${jobStateText(job)}`,
      run: () => go(placeLink('jobs', job.jobId)),
    })
  }
  return found
}
