/** The settings of uploaded files. */
import { filesUrl, whole } from './setting-schemas.ts';

export const FILE_VARIABLES = {
  FILES_URL: {
    schema: filesUrl().meta({
      expected:
        'a folder such as file:///srv/tandem-files, or a bucket such as s3://KEY:SECRET@s3.eu-central-1.amazonaws.com/bucket?region=eu-central-1',
    }),
    unset: null,
    purpose:
      'Where uploaded images and files are kept. When it is not set: DATA_DIR/files, and with DATABASE_URL nowhere, so that uploads are off. Servers on one database need the same shared folder or the same bucket. "s3+http://" is a bucket without TLS.',
  },
  MAX_FILE_BYTES: {
    schema: whole({ min: 0, max: 5_000_000_000 }),
    unset: '52428800',
    purpose: 'The largest file that people may upload. 0 turns uploads off.',
  },
  MAX_FILES_BYTES_PER_DOCUMENT: {
    schema: whole({ min: 0, max: 1_000_000_000_000 }),
    unset: '1073741824',
    purpose: 'Bytes of all files in one document.',
  },
  MAX_FILES_BYTES_PER_USER: {
    schema: whole({ min: 0, max: 1_000_000_000_000 }),
    unset: '2147483648',
    purpose: 'Bytes of all files that one person has uploaded.',
  },
} as const;
