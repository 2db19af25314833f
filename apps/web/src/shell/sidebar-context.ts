import { createContext } from 'react';

/** Opens the sidebar where it is not always there. */
export const SidebarContext = createContext<() => void>(() => undefined);
