/** Loaded by `toast.ts`. */
export { toast, Toaster } from 'sonner';
