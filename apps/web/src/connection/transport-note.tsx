import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useConnection } from '../session/use-connection.ts';

/** What carries the connection, where that is not a WebSocket. */
export function TransportNote() {
  const { t } = useTranslation();
  const connection = useConnection();
  if (connection.kind !== 'connected' || connection.transport === 'websocket') return null;
  return (
    <>
      <p>{t(`chip.transport.${connection.transport}`)}</p>
      <Link to="/help/connection" className="text-accent underline underline-offset-2">
        {t('chip.blockedHelp')}
      </Link>
    </>
  );
}
