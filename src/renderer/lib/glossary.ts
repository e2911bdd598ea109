/** Words of the bus that need a sentence, as a person who has never seen it would want it told. */
export const glossary = {
  persistent:
    'A persistent client stays on the list while it is disconnected, with its messages waiting, until it is unregistered or has been away for too long: see “Expiry of persistent clients” in the settings. Blenders are persistent.',
  ephemeral:
    'An ephemeral client is on the list only while its session lasts. Programs that come and go, such as an LLM program, are ephemeral.',
  live: 'It was heard lately, and has nothing to do just now.',
  stale:
    'No sign of life for longer than is set as “Stale clients” in the settings. It may be busy or frozen and come back by itself; nothing was taken from it.',
  disconnected:
    'Its connection is gone. A persistent client stays on the list, and what is sent to it waits in its mailbox.',
  busy: 'It runs a job, or waits for a job that it asked another client for.',
  queue: 'Messages that wait in the mailbox of the client because it can’t take them just now.',
  mailbox:
    'Where messages for a client wait until it can take them. It has a bound in number and in bytes; when it is full, the least urgent and oldest message is dropped.',
  drops:
    'Messages that were given up because the mailbox of the client was full. Each is counted and in the history.',
  threshold:
    'The least urgent priority that the client wants to be sent. What is less urgent is not sent to it, and its sender is told “filtered”.',
  job: 'Something that a client is asked to do: a script or a command, with a state, and a result or an error at its end.',
  approval:
    'A question to a person: some programs may change things in a Blender only after somebody here said yes.',
  'ask before changes':
    'Whose changes wait for a person where no rule says otherwise. LLM tokens: of programs whose token has the scope “llm”, but not of the local token. Everybody: of the local token too. Nobody: everything runs at once.',
  'allow once': 'It runs this one time. What the program asks for next waits for a person again.',
  'allow for this session':
    'It runs, and so does what the program asks for with the same tool from then on, until its session ends or somebody changes who has to ask.',
  'allow for one hour':
    'It runs, and so does what any window of this program asks for with the same tool and token within an hour. It stands under “Allowed for now” and can be taken back there. It ends early when Busbar restarts, when a person unregisters or blocks the program, or when somebody changes who has to ask.',
  deny: 'Nothing runs. The program is told so, with the reason that is given.',
  program: 'The name that a program gives itself when it connects. Nothing checks it; its token is checked.',
  block:
    'Keeps a client, a program, a token or an address out for a time: what it asks for is refused, and it is told why.',
  session: 'The MCP connection of a program. One session can register several clients.',
  group: 'A name that clients share, so that a message or a job can be sent to all of them at once.',
  capabilities: 'What a client says it can do. It is advice to others; nothing checks it.',
  protocol: 'The version of the MCP specification that the client’s session agreed on.',
  record: 'What the bus keeps of a client, exactly as it goes over the wire.',
  uuid: 'The name a client chose for itself. It keeps it over restarts, and nobody else on the bus has it.',
  user: 'Each user has a bus of their own; clients see only their own user’s bus.',
  token: 'What a program shows to be let in. It belongs to one user and says what it opens.',
} as const satisfies Record<string, string>
export type Word = keyof typeof glossary
