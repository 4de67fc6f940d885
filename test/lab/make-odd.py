#!/usr/bin/python3
"""make-odd.py OUT — small DICOM files of what real archives hold and make-archive.py does not.

One Study Instance UID under two patients, a Patient ID outside Latin-1 with a blank in it, names in Japanese, Greek,
Cyrillic and accented Latin, minutes without seconds, no Patient ID at all, an issuer, and the same Patient ID of
another one. No file holds a real person's data.
"""
import os
import sys
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian

ROOT = '2.25.77000'
SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7'


def study(number, patient_id, name, series=1, instances=1, **more):
    return dict(number=number, patient_id=patient_id, name=name, series=series, instances=instances, more=more)


STUDIES = [
    study(1, 'SHARED-A', 'Erste^Anna', series=2, instances=3, AccessionNumber='ODD-1A'),
    study(1, 'SHARED-B', 'Zweite^Berta', instances=2, AccessionNumber='ODD-1B', variant=1),
    study(11, 'SHARED-C', 'Dritte^Clara', AccessionNumber='ODD-11C'),
    study(11, None, 'Unknown^Owner', instances=2, variant=1),
    study(2, '8 годиков', 'Тест^Ребёнок', StudyTime='1015'),
    study(3, 'ODD-JA', 'Yamada^Tarou=山田^太郎=やまだ^たろう'),
    study(4, 'ODD-EL', 'Παπαδόπουλος^Ελένη', StudyTime='09'),
    study(5, 'ODD-RU', 'Достоевская^Анна^Григорьевна'),
    study(6, 'ODD-CS', 'Dvořáková^Žofie'),
    study(7, None, 'Nobody^Known', StudyDate='', AccessionNumber='ODD-7'),
    study(8, 'SAME', 'First^Issuer', IssuerOfPatientID='HOSP-A'),
    study(9, 'SAME', 'First^Issuer', IssuerOfPatientID='HOSP-A', Modality='DOC', BodyPartExamined='NOSUCHPART'),
    study(10, 'P 1/2+3 & Söhne, "x"', 'Quote^O\'Hara', AccessionNumber='A 1&2=3+%20'),
]


def dataset(plan, series, instance):
    key = f'{plan["number"]}.{plan["more"].get("variant", 0)}'
    ds = Dataset()
    ds.SpecificCharacterSet = 'ISO_IR 192'
    ds.SOPClassUID = SECONDARY_CAPTURE
    ds.SOPInstanceUID = f'{ROOT}.3.{key}.{series}.{instance}'
    ds.StudyInstanceUID = f'{ROOT}.1.{plan["number"]}'
    ds.SeriesInstanceUID = f'{ROOT}.2.{key}.{series}'
    ds.StudyDate, ds.StudyTime, ds.Modality = '20200229', '101500', 'OT'
    ds.AccessionNumber, ds.StudyID, ds.ReferringPhysicianName = '', 'odd', ''
    ds.PatientName, ds.PatientBirthDate, ds.PatientSex = plan['name'], '20120229', 'O'
    if plan['patient_id'] is not None:
        ds.PatientID = plan['patient_id']
    ds.SeriesNumber, ds.InstanceNumber = series, instance
    for keyword, value in plan['more'].items():
        if keyword != 'variant':
            setattr(ds, keyword, value)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.is_little_endian, ds.is_implicit_VR = True, False
    return ds


def main(out):
    os.makedirs(out, exist_ok=True)
    for plan in STUDIES:
        for series in range(1, plan['series'] + 1):
            for instance in range(1, plan['instances'] + 1):
                ds = dataset(plan, series, instance)
                dcmwrite(os.path.join(out, f'{ds.SOPInstanceUID}.dcm'), ds, write_like_original=False)


main(sys.argv[1])
