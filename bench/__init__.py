"""What Waybill costs compared with the least that the same work could cost."""
