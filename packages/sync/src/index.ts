export * from './authority-rules.ts';
export * from './authority.ts';
export * from './client-channel.ts';
export * from './engine-event.ts';
export * from './limits.ts';
export * from './room.ts';
export * from './stored-document.ts';
