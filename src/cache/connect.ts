import { createClient, RESP_TYPES } from '@redis/client';
import type { RedisCommands } from './redis';

/** The connections of a replica to Redis: one for values, one that listens. */
export interface Connections {
  readonly commands: RedisCommands;
  /**
   * Listens to a channel, again after every interruption.
   *
   * @param onListening hears when listening begins and when it is interrupted
   */
  listen(
    channel: string,
    onMessage: (message: Buffer) => void,
    onListening: (listening: boolean) => void,
  ): void;
  /** @throws where the listening connection does not answer */
  pingListener(): Promise<unknown>;
  close(): void;
}

const CONNECT_MS = 2000;
/** Pause between two attempts to connect, in milliseconds: at first, and at most. */
const RECONNECT_MS = { first: 50, most: 1000 };
/** Commands that wait for an answer at most; one more fails at once. */
const QUEUE = 1000;

/**
 * Connects to Redis in the background: nobody waits for it, and commands fail at once while it is away.
 *
 * @param url `redis:` or, over TLS, `rediss:`, with name and password where Redis wants them
 * @param onError hears why a connection failed
 */
export function connectRedis(url: string, onError: (error: unknown) => void): Connections {
  const open = () =>
    createClient({
      url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: QUEUE,
      maintNotifications: 'disabled',
      socket: {
        connectTimeout: CONNECT_MS,
        reconnectStrategy: (tries) => Math.min(RECONNECT_MS.first * 2 ** tries, RECONNECT_MS.most),
      },
      // Values are bytes: as text they would be damaged.
    }).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const commands = open().on('error', onError);
  commands.connect().catch(onError);
  const listener = open().on('error', onError);
  return {
    commands: {
      mGet: (keys) => commands.mGet(keys),
      pTTL: (key) => commands.pTTL(key),
      set: (key, value, options) => commands.set(key, value, options),
      unlink: (keys) => commands.unlink(keys),
      eval: (script, options) => commands.eval(script, options),
      publish: (channel, message) => commands.publish(channel, message),
      ping: () => commands.ping(),
    },
    listen(channel, onMessage, onListening) {
      let subscribed = false;
      const begin = async () => {
        // After an interruption the client has subscribed again before it is ready.
        if (!subscribed) await listener.subscribe(channel, onMessage, true);
        subscribed = true;
        onListening(true);
      };
      listener.on('ready', () => void begin().catch(onError));
      listener.on('error', () => onListening(false));
      listener.connect().catch(onError);
    },
    pingListener: () => listener.ping(),
    close() {
      for (const client of [commands, listener]) if (client.isOpen) client.destroy();
    },
  };
}
