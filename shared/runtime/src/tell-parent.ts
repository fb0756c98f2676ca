/**
 * Sends a message to the process that forked this one, if one did. If that is gone the message is for nobody; that it could not be sent is no error of this
 * process, which `stopSignal` tells to stop.
 */
export function tellParent(message: object | string): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
