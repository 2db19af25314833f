import { Pause, Play } from 'lucide-react';
import { useEffect, useEffectEvent, useState, type CSSProperties } from 'react';
import { useTranslation } from '../translation/translation.ts';
import { IconButton } from '../components/button.tsx';
import { formatLocale } from '../languages/i18n.ts';

const FRAME_MS = 50;
/** However long a session was, it is played in about this time. */
const PLAY_MS = 12_000;

interface PlaybackProps {
  readonly lastStep: number;
  readonly step: number;
  readonly time: number | null;
  readonly onStep: (step: number) => void;
}

/** Goes through the moments of a session, by itself or by hand. */
export function Playback({ lastStep, step, time, onStep }: PlaybackProps) {
  const { t, language } = useTranslation();
  const [isPlaying, setPlaying] = useState(false);
  const advance = useEffectEvent(() => {
    const stride = Math.max(1, Math.round((lastStep * FRAME_MS) / PLAY_MS));
    const next = Math.min(lastStep, step + stride);
    onStep(next);
    if (next === lastStep) setPlaying(false);
  });
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(() => advance(), FRAME_MS);
    return () => clearInterval(timer);
  }, [isPlaying]);
  const play = () => {
    if (!isPlaying && step === lastStep) onStep(0);
    setPlaying(!isPlaying);
  };
  const clock = new Intl.DateTimeFormat(formatLocale(language), { timeStyle: 'medium' });
  const shownTime = time === null ? '' : clock.format(time);
  const done = lastStep === 0 ? 100 : (step / lastStep) * 100;
  return (
    <div className="flex min-w-0 flex-1 items-center gap-2">
      <IconButton
        label={isPlaying ? t('history.pause') : t('history.play')}
        icon={isPlaying ? Pause : Play}
        onClick={play}
      />
      <input
        type="range"
        className="history-slider min-w-0 flex-1"
        style={{ '--done': `${done}%` } as CSSProperties}
        aria-label={t('history.moment')}
        aria-valuetext={shownTime}
        min={0}
        max={lastStep}
        value={step}
        onChange={({ target }) => {
          setPlaying(false);
          onStep(target.valueAsNumber);
        }}
      />
      <span className="w-18 shrink-0 text-end text-small text-ink-3 tabular-nums">{shownTime}</span>
    </div>
  );
}
