/**
 * The error table: every way in which hereabouts says no, with its cause and its remedy.
 * Shared by server and client; `docs/ERRORS.md` is printed from it (`npm run docs`) and a test holds the two equal.
 */

/** What a code means wherever it turns up. `close` is the WebSocket close code when the error ends a connection. */
export type ErrorEntry = { status: number; close?: number; message: string; remedy: string };

export const errorTable = {
  // asked for wrongly
  BAD_SLUG: {
    status: 400,
    message: "This is not a slug.",
    remedy:
      "Use 1 to 64 of a-z, 0-9, _ and -, starting with a letter or digit; create, follow, info and list are taken.",
  },
  BAD_BODY: {
    status: 400,
    message: "The request's body is not what this route takes.",
    remedy: "Send JSON with the fields named in the message.",
  },
  BAD_HANDLE: {
    status: 400,
    message: "This is not a handle.",
    remedy: "Use 1 to 32 of a-z, A-Z, 0-9, _, . and -.",
  },
  BAD_FRAME: {
    status: 400,
    message: "The frame could not be read.",
    remedy: "Send what the SDK of the same minor version sends: Colyseus frames with plain JSON-like data.",
  },
  BAD_MESSAGE: {
    status: 400,
    message: "The message does not have the shape its type asks for.",
    remedy: "Compare it with the shape in schema/messages.ts; the field is named in the details.",
  },
  UNKNOWN_MESSAGE: {
    status: 404,
    message: "This room has no message of this type.",
    remedy: "Use one of the room's messages, or piece:* for your own within a world.",
  },
  UPLOAD_TYPE: {
    status: 415,
    message: "A file of this type is not kept.",
    remedy: "Send one of the types named in the details; what counts is the content, not the name.",
  },
  ARTIFACT_NOT_FOUND: {
    status: 404,
    message: "Nothing of that name is kept.",
    remedy: "See `npm run sessions -- list` or the monitor for what there is; what is old is pruned.",
  },
  ARTIFACT_IN_USE: {
    status: 409,
    message: "This belongs to a session that goes on.",
    remedy: "Wait until everyone has left: what is kept of a session is removed once it has ended.",
  },
  BODY_SLOW: {
    status: 408,
    message: "What was sent came too slowly.",
    remedy: "Send it again over a better connection, or make it smaller.",
  },
  PERSON_NOT_FOUND: {
    status: 404,
    message: "Nobody of that name holds a seat here.",
    remedy: "Look for a part of their handle or name, or their id; they may have left.",
  },
  RESTRICTION_CHANGED: {
    status: 409,
    message: "Another ban or mute of theirs holds by now.",
    remedy: "Look at what holds, and lift that if it is to end.",
  },
  TOO_LARGE: {
    status: 413,
    close: 1009,
    message: "This is larger than may be sent.",
    remedy: "Keep it under the limit named in the details; files go through the artifact routes.",
  },
  NOT_FOUND: {
    status: 404,
    message: "There is nothing at this address.",
    remedy: "See the list of routes in docs/SPEC.md.",
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: "This address does not take this method.",
    remedy: "See the list of routes in docs/SPEC.md.",
  },

  BAD_AUDIO: {
    status: 415,
    message: "This file cannot be played.",
    remedy: "Use mp3, flac, ogg vorbis, opus or wav files that other players take; what is wrong is in the details.",
  },
  BAD_JOURNEY: {
    status: 400,
    message: "This is not a link to a journey.",
    remedy: "Copy the whole link; journeys can be shared between servers that have the same music.",
  },
  SESSION_NOT_FOUND: {
    status: 404,
    message: "Session not found.",
    remedy: "Make it with POST /api/session/create, or leave the session out to hear the master.",
  },
  TARGET_NOT_FOUND: {
    status: 404,
    message: "Target session not found.",
    remedy: "Follow a session of GET /api/session/list.",
  },
  TRACK_GONE: {
    status: 404,
    message: "There is no such track, or its file is gone.",
    remedy: "Choose one of GET /api/audio/tracks.",
  },

  // not allowed
  BAD_TOKEN: {
    status: 401,
    message: "The token is not valid here.",
    remedy: "Ask POST /auth/guest for a new one, or sign in again with your issuer.",
  },
  FORBIDDEN: {
    status: 403,
    message: "Your role does not allow this.",
    remedy: "Ask an operator, or use a token with the role that is needed.",
  },
  CROSS_SITE: {
    status: 403,
    message: "Another site's page may not ask for this.",
    remedy: "Open the page from this server's own address.",
  },
  HANDLE_TAKEN: {
    status: 409,
    message: "Someone else has this handle, or one that looks like it.",
    remedy: "Choose another handle.",
  },
  SPECTATOR: {
    status: 403,
    message: "This tab is watching: you play in another one.",
    remedy: "Call world.play() to take over here, or go on in the other tab.",
  },
  PROP_OWNED: {
    status: 403,
    message: "This prop belongs to someone else.",
    remedy: "Only its owner can change or delete it; use another key.",
  },
  PIECE_REFUSED: {
    status: 409,
    message: "The piece does not allow this now.",
    remedy: "Its rules are the piece's own: what they ask for is in the details.",
  },
  MUTED: {
    status: 403,
    message: "You may not speak here for now.",
    remedy: "Ask the moderators of this room.",
  },
  BANNED: {
    status: 403,
    close: 4015,
    message: "You may not join this room.",
    remedy: "Ask the moderators of this room.",
  },
  NOT_SHARED: {
    status: 403,
    message: "This person does not share where they are.",
    remedy: "Ask them to join their world with share: true.",
  },
  FOLLOW_SELF: {
    status: 409,
    message: "Nobody goes along with themselves.",
    remedy: "Give another person, or their id.",
  },
  FOLLOW_CYCLE: {
    status: 409,
    message: "This person goes along with you, or with someone who does.",
    remedy: "Travel yourself, and they come along; or ask them to stop first.",
  },
  LINE_GONE: {
    status: 404,
    message: "There is no such line, or it was deleted.",
    remedy: "Ask for the history again.",
  },
  BAD_FONT: {
    status: 400,
    message: "There is no such font here.",
    remedy: "Use one of those in the details, or none.",
  },
  PROPS_FULL: {
    status: 409,
    message: "This world holds no more props.",
    remedy: "Delete some, or keep each smaller; the limits are in the details.",
  },
  READ_ONLY: {
    status: 403,
    message: "A follower only listens.",
    remedy: "Send commands to the session that it follows.",
  },
  NAME_TAKEN: {
    status: 409,
    message: "Another session has this name.",
    remedy: "Choose another name.",
  },

  // limits
  TOO_FAST: {
    status: 429,
    message: "Too many messages in too short a time.",
    remedy: "Wait for retryAfterMs and send less often.",
  },
  BUSY: {
    status: 429,
    message: "More people are joining than the server can let in at once.",
    remedy: "Join again after retryAfterMs; the SDK does so by itself.",
  },
  ROOM_FULL: {
    status: 503,
    message: "This room holds no more people.",
    remedy: "Try again later, or go to another one.",
  },
  SESSIONS_FULL: {
    status: 503,
    message: "There are too many audio sessions.",
    remedy: "Delete some of yours, or wait: those that nobody hears end by themselves.",
  },
  LISTENERS_FULL: {
    status: 503,
    message: "This server has no room for more listeners.",
    remedy: "Try again later.",
  },
  NO_MUSIC: {
    status: 503,
    message: "There is nothing to play yet.",
    remedy: "Try again in a few seconds; if it stays, the log names the files that were skipped.",
  },
  AUDIO_BUSY: {
    status: 503,
    message: "Too much music waits to be mixed or encoded.",
    remedy: "Try again later, or give the server more cores.",
  },
  AUDIO_FAILED: {
    status: 500,
    message: "Mixing or encoding this music failed.",
    remedy: "Leave the track out if it stays; the cause is in the details.",
  },
  QUOTA_FULL: {
    status: 413,
    message: "There is no room left for what is kept of this session.",
    remedy: "Send less or smaller files; operators raise SESSION_MB or ARTIFACTS_MB, or prune.",
  },
  DATAGRAMS_FULL: {
    status: 503,
    message: "This server carries no more connections by UDP.",
    remedy: "Go on over the WebSocket; the SDK offers again later.",
  },
  NO_DATAGRAMS: {
    status: 503,
    message: "This server carries nothing by UDP at the moment.",
    remedy: "Go on over the WebSocket; the SDK offers again later.",
  },
  ABUSE: {
    status: 429,
    close: 4008,
    message: "The connection went on sending long after it was refused.",
    remedy: "Honour retryAfterMs. You may join again.",
  },
  TOO_SLOW: {
    status: 408,
    close: 4009,
    message: "The connection stopped reading what it was sent.",
    remedy: "Join again; read without pause, or leave when in the background.",
  },

  // ends of a seat
  REPLACED: {
    status: 409,
    close: 4012,
    message: "The same tab joined again, and its newer connection took this seat.",
    remedy: "Nothing to do: the newer connection goes on.",
  },
  KICKED: {
    status: 403,
    close: 4011,
    message: "A moderator ended your seat.",
    remedy: "Ask the moderators of this room.",
  },
  SESSION_ENDED: {
    status: 410,
    close: 4013,
    message: "This audio session has ended.",
    remedy: "Choose another one, or leave it out to hear the master.",
  },
  DRAINING: {
    status: 503,
    close: 4001,
    message: "The server is going down for a moment.",
    remedy: "Join again in a few seconds; the SDK does so by itself.",
  },
  MOVED: {
    status: 503,
    close: 4014,
    message: "This room goes on in another process.",
    remedy: "Join again; the SDK does so by itself.",
  },
  UNAVAILABLE: {
    status: 503,
    message: "What the server keeps outside of itself does not answer.",
    remedy: "Try again in a moment; what is open goes on. Operators: see whether Redis at REDIS_URL is up.",
  },
  STORAGE_FAILED: {
    status: 503,
    message: "The server's storage failed.",
    remedy: "Try again in a moment. Operators: /readyz says what fails; see whether the disk of DATA_DIR is full.",
  },
  INTERNAL: {
    status: 500,
    message: "Something went wrong on the server, and it was logged.",
    remedy: "Try again; if it stays, report the time and what you did.",
  },

  // said by the SDK
  UNREACHABLE: {
    status: 503,
    message: "The server could not be reached.",
    remedy: "Check the address and the network; the SDK keeps trying for rooms that were joined.",
  },
  CLOSED: {
    status: 410,
    message: "This was left or closed before.",
    remedy: "Join again with connect() or world().",
  },
  NO_SOUND: {
    status: 501,
    message: "There is nothing here to play sound with.",
    remedy: "Listen in a browser, or give the stream's address to any player; commands and state work here too.",
  },
  NO_PICTURE: {
    status: 501,
    message: "There is no picture to take.",
    remedy: "Give a canvas that has a size, and that shows nothing from other sites without their leave (CORS).",
  },
  TIMEOUT: {
    status: 504,
    message: "No answer came in time.",
    remedy: "Try again; if it stays, look at the server's /readyz.",
  },

  // said at start
  BAD_SETTING: {
    status: 500,
    message: "A setting has a value that cannot be used.",
    remedy: "Correct it; `npm run config` lists every setting with its unit and default.",
  },
  UNKNOWN_SETTING: {
    status: 500,
    message: "There is no setting of this name.",
    remedy: "Correct the name; `npm run config` lists every setting.",
  },
  BAD_PIECE: {
    status: 500,
    message: "The server side of this piece cannot be used.",
    remedy: "Correct the field in its file in pieces/ and restart; until then the world goes on without it.",
  },
  ONE_SERVER: {
    status: 500,
    message: "This process has a server already.",
    remedy: "Close that one first, or start the other in a process of its own: Colyseus has one matchmaker for each.",
  },
  PORT_IN_USE: {
    status: 500,
    message: "The port is in use.",
    remedy: "Stop what uses it, or set PORT to another number.",
  },
} as const satisfies Record<string, ErrorEntry>;
