"""Photographs as DICOM files for `make bench-ingest`: the JPEG is encapsulated as it is, nothing is decoded.

`dicom.py JPEG WIDTH HEIGHT FOLDER COUNT` writes COUNT files into FOLDER, each a VL Photographic Image of its own, and tells a
line for each: the file, and the id by which Orthanc will know it (the SHA-1 of its identifiers).
"""

import hashlib
import sys

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit, VLPhotographicImageStorage, generate_uid

PATIENT = "SYNTHETIC"


def photograph(jpeg, width, height):
    image = Dataset()
    image.SOPClassUID = VLPhotographicImageStorage
    image.SOPInstanceUID, image.StudyInstanceUID, image.SeriesInstanceUID = (generate_uid() for _ in range(3))
    image.PatientID, image.PatientName, image.PatientBirthDate, image.PatientSex = PATIENT, "Synthetic^Kari", "19741113", "F"
    image.StudyDate, image.StudyTime, image.AccessionNumber, image.StudyID = "20260301", "101213", "", ""
    image.ReferringPhysicianName, image.Manufacturer = "", ""
    image.Modality, image.SeriesNumber, image.InstanceNumber = "XC", "1", "1"
    image.Rows, image.Columns = height, width
    image.SamplesPerPixel, image.PlanarConfiguration, image.PhotometricInterpretation = 3, 0, "YBR_FULL_422"
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 8, 8, 7, 0
    image.LossyImageCompression = "01"
    image.PixelData = encapsulate([jpeg])
    image["PixelData"].VR = "OB"
    image.file_meta = FileMetaDataset()
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    return image


def orthanc_id(image):
    identifiers = (PATIENT, image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID)
    digest = hashlib.sha1("|".join(identifiers).encode()).hexdigest()
    return "-".join(digest[at : at + 8] for at in range(0, 40, 8))


_, path, width, height, folder, count = sys.argv
with open(path, "rb") as file:
    picture = file.read()
for number in range(int(count)):
    image = photograph(picture, int(width), int(height))
    name = f"{folder}/{number}.dcm"
    image.save_as(name, enforce_file_format=True)
    print(name, orthanc_id(image))
