import type { Attributes } from './dictionary';

const SAMPLES = 5000;
const PER_SECOND = 500;
const UNITS_PER_MILLIVOLT = 400;

/** The standard leads (PS3.16 CID 3001) and how high each of them sees P, Q, R, S and T. */
const LEADS = [
  ['2:1', 'Lead I', [0.1, -0.05, 0.7, -0.1, 0.2]],
  ['2:2', 'Lead II', [0.15, -0.08, 1.1, -0.2, 0.3]],
  ['2:61', 'Lead III', [0.05, -0.03, 0.4, -0.1, 0.1]],
  ['2:62', 'aVR, augmented voltage, right', [-0.12, 0.06, -0.9, 0.15, -0.25]],
  ['2:63', 'aVL, augmented voltage, left', [0.03, -0.02, 0.25, -0.05, 0.08]],
  ['2:64', 'aVF, augmented voltage, foot', [0.1, -0.05, 0.75, -0.15, 0.2]],
  ['2:3', 'Lead V1', [0.05, 0, 0.2, -0.9, -0.1]],
  ['2:4', 'Lead V2', [0.06, 0, 0.5, -1.2, 0.4]],
  ['2:5', 'Lead V3', [0.08, 0, 0.9, -0.8, 0.5]],
  ['2:6', 'Lead V4', [0.1, -0.05, 1.4, -0.5, 0.45]],
  ['2:7', 'Lead V5', [0.1, -0.08, 1.2, -0.25, 0.35]],
  ['2:8', 'Lead V6', [0.1, -0.08, 0.9, -0.1, 0.25]],
] as const;

/** When in a beat each wave peaks and how long it lasts, in seconds. */
const WAVES = [
  [0.12, 0.03],
  [0.235, 0.009],
  [0.26, 0.011],
  [0.285, 0.01],
  [0.52, 0.05],
] as const;

/** The Waveform module of ten seconds of a 12-lead electrocardiogram, without its data (PS3.3 C.10.9). */
export const ECG_ATTRIBUTES: Attributes = {
  WaveformSequence: [
    {
      MultiplexGroupLabel: 'RHYTHM',
      WaveformOriginality: 'ORIGINAL',
      NumberOfWaveformChannels: LEADS.length,
      NumberOfWaveformSamples: SAMPLES,
      SamplingFrequency: PER_SECOND,
      ChannelDefinitionSequence: LEADS.map(([code, meaning]) => channel(code, meaning)),
      WaveformBitsAllocated: 16,
      WaveformSampleInterpretation: 'SS',
    },
  ],
};

function channel(code: string, meaning: string): Attributes {
  return {
    ChannelSourceSequence: [
      { CodeValue: code, CodingSchemeDesignator: 'MDC', CodeMeaning: meaning },
    ],
    ChannelSensitivity: 1000 / UNITS_PER_MILLIVOLT,
    ChannelSensitivityUnitsSequence: [
      { CodeValue: 'uV', CodingSchemeDesignator: 'UCUM', CodeMeaning: 'microvolt' },
    ],
    ChannelSensitivityCorrectionFactor: 1,
    ChannelBaseline: 0,
    ChannelSampleSkew: 0,
    WaveformBitsStored: 16,
  };
}

/** The Waveform Data (5400,1010): interleaved 16-bit samples of a heart at this rate in beats per minute. */
export function ecgData(rate: number): Buffer {
  const bytes = Buffer.alloc(SAMPLES * LEADS.length * 2);
  for (let sample = 0; sample < SAMPLES; sample++) {
    const inBeat = (sample / PER_SECOND) % (60 / rate);
    LEADS.forEach(([, , heights], lead) => {
      bytes.writeInt16LE(
        Math.round(voltage(heights, inBeat) * UNITS_PER_MILLIVOLT),
        (sample * LEADS.length + lead) * 2,
      );
    });
  }
  return bytes;
}

function voltage(heights: readonly number[], time: number): number {
  return WAVES.reduce((sum, [peak, width], wave) => {
    const distance = (time - peak) / width;
    return sum + (heights[wave] ?? 0) * Math.exp(-0.5 * distance * distance);
  }, 0);
}
